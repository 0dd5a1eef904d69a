-- Where no reporter has sent its form there is no figure, not even a 0. On the current structure this holds
-- from the province up: below it, a unit has the unions that it reports today, also for periods in which
-- another one sent them.
select
    period,
    org_unit_code,
    'mart_membership' as mart
from {{ ref('mart_membership') }}
where
    completeness_pct = 0
    and coalesce(unions, members_total, members_admitted, workers_total) is not null
    and (basis = 'as_reported' or unit_type in ('national', 'province'))

union all

select
    period,
    org_unit_code,
    'mart_enterprise_coverage' as mart
from {{ ref('mart_enterprise_coverage') }}
where completeness_pct = 0 and coalesce(enterprises, with_union, survey_visits, workers_unknown) is not null

union all

select
    period,
    org_unit_code,
    'mart_agreement_coverage' as mart
from {{ ref('mart_agreement_coverage') }}
where completeness_pct = 0 and coalesce(eligible_units_reported, with_agreement) is not null
