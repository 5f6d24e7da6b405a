"""The pages of viewflow under one site."""

from django.urls import path
from viewflow.contrib.auth import AuthViewset
from viewflow.urls import Site
from viewflow.workflow.flow import FlowAppViewset

from office.flows import CaseFlow

site = Site(title="Office", viewsets=[FlowAppViewset(CaseFlow, icon="assignment")])
urlpatterns = [path("accounts/", AuthViewset(with_profile_view=False).urls), path("", site.urls)]
